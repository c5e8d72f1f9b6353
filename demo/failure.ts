/** Something that the person at the keyboard can mend; the message is one line that says what. */
export class Failure extends Error {}
