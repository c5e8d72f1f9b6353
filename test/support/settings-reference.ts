/** The rules of deleting and transferring in the plainest words, to compare the registry with. Answers with the code of the refusal, or "". */
export interface Version {
  id: string;
  name: string;
  model: Model;
  number: number;
  /** The deletion that it is in the trash by: its own, or its model's. */
  trashedBy: Version | Model | null;
  purged: boolean;
}

export interface Model {
  id: string;
  name: string;
  trashedBy: Model | null;
  purged: boolean;
  /** Who has, or had, each number: that of the first one is 1. */
  numbers: Version[];
}

export class SettingsReference {
  readonly models: Model[] = [];
  readonly versions: Version[] = [];

  live(model: Model): Version[] {
    return this.versions.filter((version) => version.model === model && version.trashedBy === null);
  }

  createVersion(model: Model, name: string, id: string): string {
    if (model.trashedBy) return "NOT_FOUND";
    if (this.#isTaken(model, name)) return "TAKEN";
    const version = { id, name, model, number: 0, trashedBy: null, purged: false };
    version.number = model.numbers.push(version);
    this.versions.push(version);
    return "";
  }

  deleteVersion(version: Version): string {
    if (version.trashedBy) return "NOT_FOUND";
    version.trashedBy = version;
    return "";
  }

  restoreVersion(version: Version, newName: string | null): string {
    const refusal = refusalOf(version);
    if (refusal) return refusal;
    if (version.model.trashedBy) return "CONFLICT";
    const name = newName ?? version.name;
    if (this.#isTaken(version.model, name)) return "TAKEN";
    Object.assign(version, { name, trashedBy: null });
    return "";
  }

  purgeVersion(version: Version): string {
    const refusal = refusalOf(version);
    if (!refusal) version.purged = true;
    return refusal;
  }

  transfer(version: Version, model: Model, newName: string | null): string {
    if (version.trashedBy || model.trashedBy) return "NOT_FOUND";
    if (version.model === model) return "CONFLICT";
    const name = newName ?? version.name;
    if (this.#isTaken(model, name)) return "TAKEN";
    Object.assign(version, { name, model, number: model.numbers.push(version) });
    return "";
  }

  deleteModel(model: Model, cascade: boolean): string {
    if (model.trashedBy) return "NOT_FOUND";
    if (!cascade && this.live(model).length > 0) return "CONFLICT";
    for (const each of [...this.live(model), model]) each.trashedBy = model;
    return "";
  }

  restoreModel(model: Model, newName: string | null): string {
    const refusal = refusalOf(model);
    if (refusal) return refusal;
    const name = newName ?? model.name;
    if (this.models.some((other) => !other.trashedBy && other.name === name)) return "TAKEN";
    for (const version of this.versions) if (version.trashedBy === model) version.trashedBy = null;
    Object.assign(model, { name, trashedBy: null });
    return "";
  }

  purgeModel(model: Model): string {
    const refusal = refusalOf(model);
    if (refusal) return refusal;
    for (const each of [...this.versions.filter((version) => version.model === model), model])
      each.purged = true;
    return "";
  }

  /** What can be restored. */
  trash(): (Version | Model)[] {
    return [...this.models, ...this.versions].filter((each) => each.trashedBy === each && !each.purged);
  }

  #isTaken(model: Model, name: string): boolean {
    return this.live(model).some((other) => other.name === name);
  }
}

/** Why something cannot be restored or purged. */
function refusalOf(deleted: Version | Model): string {
  if (deleted.purged) return "NOT_FOUND";
  return deleted.trashedBy === deleted ? "" : "CONFLICT";
}
