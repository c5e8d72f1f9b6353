import type { FastifyInstance, FastifyRequest } from "fastify";
import type { DataSource } from "typeorm";
import { touchBlob } from "../blob/touch-blob.ts";
import { apiError } from "../errors.ts";
import { liftDeadline } from "../http/deadline.ts";
import type { Pace } from "../http/stall-timer.ts";
import type { Keyring } from "../keyring.ts";
import { includes, lower, Role } from "../member/role.ts";
import { read } from "../postgres/read.ts";
import { readSignedUrl } from "../signed-url.ts";
import type { Storages } from "../storage-connector/storages.ts";
import { type Cut, isPart, sizeOfPart } from "./cut-into-parts.ts";
import { bodyOf, expectLength } from "./part-body.ts";
import { uploadPart } from "./part-urls.ts";

interface Parts {
  db: DataSource;
  keyring: Keyring;
  storages: Storages;
  /** How slow a sender may be, when not as `limits.ts` has it. */
  pace: Pace | undefined;
}

/** Takes the parts that clients do not send to the storage itself. */
export async function receiveParts(app: FastifyInstance, parts: Parts): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers(); // the body is taken as it is, whatever its media type
    scope.addContentTypeParser("*", (_request, _body, done) => done(null));
    scope.put("/uploads/:id/parts/:number", async (request, reply) => {
      const etag = await receivePart(parts, request);
      return reply.header("etag", `"${etag}"`).send();
    });
  });
}

/** @returns the part's etag. @throws GraphQLError, StorageError; nothing is kept then */
async function receivePart({ db, keyring, storages, pace }: Parts, request: FastifyRequest): Promise<string> {
  const signed = readSignedUrl(keyring, uploadPart, request.url);
  if (signed === "FORGED") throw apiError("FORBIDDEN", "Expected a URL as `partUrls` gives it.");
  if (signed === "EXPIRED") throw apiError("FORBIDDEN", "This URL has expired: ask for another one.");
  const [, , id = "", , part] = signed.path.split("/");
  const upload = await findAwaiting(db, id, signed.parameters.get("token"));
  const number = Number(part);
  if (!isPart(upload, number)) gone();
  const size = sizeOfPart(upload, number);
  expectLength(request.headers, size);

  const { blobId, partsId, storageConnectorId } = upload;
  const arriving = async () => (await touchBlob(db, blobId)) || gone();
  await arriving();
  const storage = await storages.of(db, storageConnectorId);
  liftDeadline(request.raw);
  const body = bodyOf(request.raw, size, { pace, arriving });
  const { etag } = await storage.writePart(blobId, partsId, number, body, size);
  await arriving();
  return etag;
}

interface Awaiting extends Cut {
  blobId: string;
  partsId: string;
  storageConnectorId: string;
}

/** The upload, while it is under way, and whoever has made the URL may still add files. @throws GraphQLError */
async function findAwaiting(db: DataSource, uploadUuid: string, tokenId: string | null): Promise<Awaiting> {
  const [row] = await read<Awaiting & { tokenRole: Role; memberRole: Role }>(
    db,
    `select u.size, u.part_size as "partSize", u.part_count as "partCount", b.id as "blobId", b.parts_id as "partsId",
       b.storage_connector_id as "storageConnectorId", t.role as "tokenRole", m.role as "memberRole"
     from pending_upload u join blob b on b.id = u.blob_id
       left join model_version v on v.id = u.model_version_id
       left join experiment e on e.id = u.experiment_id
       join api_token t on t.organization_id = u.organization_id
       join member m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
     where u.id = $1 and t.id = $2 and u.expires_at > clock_timestamp() and b.state = 'STAGED'
       and v.trash_entry_id is null and e.ended_at is null and e.exported_at is null
       and coalesce(t.expires_at > clock_timestamp(), true) and m.removed_at is null`,
    [uploadUuid, tokenId],
  );
  if (!row) gone();
  if (!includes(lower(row.tokenRole, row.memberRole), Role.EDITOR)) gone();
  return row;
}

/** Also when the token is: nobody can tell the two apart. */
function gone(): never {
  throw apiError("NOT_FOUND", "There is no upload here that waits for this part.");
}
