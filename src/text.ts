import { limits } from "./limits.ts";
import { Refusal, type UserError, UserErrorCode } from "./user-error.ts";

/** Gathers what is wrong with an input, so that a person is told all of it at once. */
export type Problems = UserError[];

/** Invisible or direction-changing characters, with which two names look the same; joiners are part of scripts and emoji. */
const deceptive =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]|\u034f/u;
/** Letters, digits, punctuation and symbols; but not the empty pattern of Braille, which shows nothing. */
const visible = /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;

/** A name as it is compared: the form in which it would be stored. */
export function normalizeName(text: string): string {
  return compose(text).trim();
}

/** Unicode's form NFC. It takes time that grows with the square of a run of accents, and no stored name is that long. */
export function compose(text: string): string {
  return isTooLongToBeAName(text) ? text : text.normalize("NFC");
}

/** Whether it is too long in any normal form: NFC joins at most three characters into one. */
function isTooLongToBeAName(text: string): boolean {
  return text.length > 4 * limits.name;
}

/** A name as it is stored: in Unicode's form NFC, without white space around it. */
export function readName(text: string | null, field: string[], problems: Problems): string {
  const name = normalizeName(text ?? "");
  const length = isTooLongToBeAName(name) ? name.length : [...name].length;
  const invalid = (message: string) => problems.push({ code: UserErrorCode.INVALID, field, message });
  if (text === null) {
    invalid("Expected a name, got null; leave it out to keep the one that it has.");
    return name;
  }
  if (length > limits.name) invalid(`Expected at most ${limits.name} characters, got ${length}.`);
  else if (!visible.test(name)) invalid("Expected a name, got blank text.");
  else if (deceptive.test(name))
    invalid("Expected a name without control, zero-width or direction characters.");
  else if (!name.isWellFormed()) invalid("Expected well-formed Unicode, got half of a surrogate pair.");
  return name;
}

/** An e-mail address as it is stored: in lower case. Whether it can be reached is for those who hand an invitation over. */
export function readEmail(text: string, field: string[], problems: Problems): string {
  const email = normalizeName(normalizeName(text).toLowerCase());
  const form = /^[^\s@]+@[^\s@]+$/;
  if (email.length > limits.email || !form.test(email) || deceptive.test(email) || !email.isWellFormed()) {
    const message = `Expected an e-mail address of at most ${limits.email} characters, got "${email.slice(0, 80)}".`;
    problems.push({ code: UserErrorCode.INVALID, field, message });
  }
  return email;
}

/** An address as it is stored; the scalar has seen to its form. */
export function readUrl(url: string | null | undefined, field: string[], problems: Problems): string | null {
  return url == null ? null : readText(url, limits.url, field, problems);
}

/** The change that the argument `name` makes: none without one. @throws Refusal */
export function readNewName(name: string | null | undefined): { name?: string } {
  if (name == null) return {};
  const problems: Problems = [];
  const read = readName(name, ["name"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  return { name: read };
}

/** A description as it is stored; blank text is none. */
export function readDescription(
  text: string | null | undefined,
  field: string[],
  problems: Problems,
): string | null {
  const description = text?.trim() || null;
  return description === null ? null : readText(description, limits.description, field, problems);
}

/** One line of free text that says something, such as a flag. */
export function readLine(text: string, max: number, field: string[], problems: Problems): string {
  if (visible.test(text)) return readText(text, max, field, problems);
  problems.push({ code: UserErrorCode.INVALID, field, message: "Expected text, got blank text." });
  return text;
}

/** Free text as it is stored: any characters that PostgreSQL can hold. */
export function readText(text: string, max: number, field: string[], problems: Problems): string {
  const invalid = (message: string) => problems.push({ code: UserErrorCode.INVALID, field, message });
  if (text.length > max) invalid(`Expected at most ${max} characters, got ${text.length}.`);
  else if (!isStorable(text)) invalid("Expected well-formed Unicode without NUL characters.");
  return text;
}

/** Whether it has characters with which two texts look the same, or one reads as another. */
export function isDeceptive(text: string): boolean {
  return deceptive.test(text);
}

export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}
