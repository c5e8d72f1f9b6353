import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { Keyring, Sealed } from "../keyring.ts";
import { Role, rolesFrom } from "../member/role.ts";
import { objectJson, type WriteJson } from "../read-ahead/json.ts";
import { impossible } from "../read-ahead/written.ts";

export enum Visibility {
  SHOWN = "SHOWN",
  MASKED = "MASKED",
  UNREADABLE = "UNREADABLE",
}

registerEnumType(Visibility, {
  name: "EnvironmentVariableVisibility",
  description: "Whether the value of an environment variable is shown, and why not.",
  valuesConfig: {
    SHOWN: { description: "The value is shown." },
    MASKED: {
      description:
        "It is a secret. Whoever may edit sees it: the role EDITOR does; but in a comparison nobody.",
    },
    UNREADABLE: {
      description:
        "It is a secret whose key the registry does not have any more, or has another one of that name: the registry's " +
        "operator brings the key back, or an editor gives the value anew.",
    },
  },
});

@ObjectType({ description: "A variable in the environment of a training script." })
export class EnvironmentVariable {
  @Field(() => String, { description: "Its name, unique in the docker image." })
  name!: string;

  @Field(() => String, { nullable: true, description: "Its value; null when `visibility` is not SHOWN." })
  value!: string | null;

  @Field(() => Boolean, {
    description: "Whether the value is encrypted where it is stored, and masked for those who may not edit.",
  })
  secret!: boolean;

  @Field(() => Visibility, { description: "Whether the value is shown, and why not." })
  visibility!: Visibility;
}

/** An environment variable as it is stored: the database sees to it that a secret has no value beside it. */
export type StoredVariable = { name: string; value: string } | ({ name: string } & Sealed);

/** An environment variable as an input says it: without a value it is a secret that stays as it is stored. */
export interface DraftVariable {
  name: string;
  value: string | null;
  secret: boolean;
}

/**
 * What a secret belongs to. Not its version: a copy of a docker image carries its secrets with it. So whoever can write
 * to the database can move a secret inside its organization, under its name, and no further.
 */
export function bindingOf(organizationId: string, name: string): string[] {
  return ["environmentVariable", organizationId, name];
}

/** Variables as they are to be stored. A secret that is what it was stays as it is stored. */
export function sealVariables(
  keyring: Keyring,
  organizationId: string,
  drafts: DraftVariable[],
  stored: StoredVariable[] = [],
): StoredVariable[] {
  const before = new Map(stored.map((variable) => [variable.name, variable]));
  return drafts.map(({ name, value, secret }) => {
    const binding = bindingOf(organizationId, name);
    const old = before.get(name);
    if (old && "sealed" in old && secret && (value === null || keyring.open(old, binding) === value))
      return old;
    if (value === null) throw new Error(`There is no secret that ${name} could keep.`);
    return secret ? { name, ...keyring.seal(value, binding) } : { name, value };
  });
}

/** Variables as a viewer sees them. */
export function showVariables(
  keyring: Keyring,
  organizationId: string,
  stored: StoredVariable[],
  mayEdit: boolean,
): EnvironmentVariable[] {
  return stored.map((variable) => {
    const { name } = variable;
    if (!("sealed" in variable))
      return { name, value: variable.value, secret: false, visibility: Visibility.SHOWN };
    if (!mayEdit) return { name, value: null, secret: true, visibility: Visibility.MASKED };
    const value = keyring.open(variable, bindingOf(organizationId, name));
    const visibility = value === null ? Visibility.UNREADABLE : Visibility.SHOWN;
    return { name, value, secret: true, visibility };
  });
}

/** What `showVariables` shows, in SQL; PostgreSQL cannot open a secret, and leaves them to it. */
export const variablesJson: WriteJson = ({ at, draft }, asked) => {
  const item = draft.name("e");
  const isSecret = `${item}.variable ? 'sealed'`;
  const opens = `viewer.role in ('${rolesFrom(Role.EDITOR).join("', '")}')`;
  const unlessOpened = (sql: string) =>
    `case when ${isSecret} and ${opens} then ${impossible} else to_json(${sql}) end`;
  const variable = objectJson(asked, {
    name: `${item}.variable ->> 'name'`,
    value: unlessOpened(`${item}.variable ->> 'value'`),
    secret: isSecret,
    visibility: unlessOpened(`case when ${isSecret} then 'MASKED' else 'SHOWN' end`),
  });
  return `(select coalesce(json_agg(${variable} order by ${item}.n), '[]')
    from jsonb_array_elements(${at("environmentVariables")}) with ordinality ${item} (variable, n))`;
};
