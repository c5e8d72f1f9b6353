import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";
import { run } from "./apollo-client.mjs";

console.log(JSON.stringify(await run(UploadHttpLink)));
