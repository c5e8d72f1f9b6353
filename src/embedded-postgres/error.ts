/** The embedded database cannot start. The message is one line: what is wrong, and what would be right. */
export class EmbeddedPostgresError extends Error {
  override name = "EmbeddedPostgresError";

  constructor(message: string, options?: ErrorOptions) {
    super(message.replace(/\s*\n\s*/g, " ").trim(), options);
  }
}

/** Another server owns the directory, and runs. */
export class DirectoryInUse extends EmbeddedPostgresError {}
