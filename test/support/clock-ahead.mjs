/** Loaded into a server: its clock is 40 days ahead. */
const Real = Date;
const ahead = 40 * 86_400_000;

globalThis.Date = class extends Real {
  constructor(...parts) {
    super(...(parts.length > 0 ? parts : [Real.now() + ahead]));
  }

  static now() {
    return Real.now() + ahead;
  }
};
