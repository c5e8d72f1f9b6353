/** The text that bytes begin with, when it is UTF-8 without control characters; a character that is cut off at the end is left out. */
export function textOf(head: Buffer, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: isCut });
    return /[^\P{Cc}\t\r\n\f\x85]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const jsonToken =
  /\s*(?:([[{])|([\]}])|[,:]|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** Whether text is a JSON object or list, or begins like one. */
export function isJson(text: string, isCut: boolean): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  if (isCut) return beginsLikeJson(text);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether it is one token of JSON after the other, up to one that is cut off, and none stands behind the end of the first value. */
function beginsLikeJson(text: string): boolean {
  let [depth, end] = [0, 0];
  jsonToken.lastIndex = 0;
  for (let token = jsonToken.exec(text); token; token = jsonToken.exec(text)) {
    if (end > 0 && depth === 0) return false;
    end = jsonToken.lastIndex;
    depth += token[1] ? 1 : token[2] ? -1 : 0;
  }
  return /^\s*(?:"[^"]*(?:\\"[^"]*)*|-?[\d.eE+-]*|[a-z]{0,5})$/.test(text.slice(end));
}

const key = /^(?:- +)*(?:[\w./@$-]+|"[^"]*"|'[^']*') *:(?: |$)/;
const otherLine = /^(?:\s|- |-$|---(?: |$)|\.\.\.$|[\]}],?$|#|%|$)/;

/** Whether text is lines as YAML has them, with at least one key: it says no rather than take prose for YAML. */
export function isYaml(text: string, isCut: boolean): boolean {
  const lines = text.split(/\r?\n/);
  if (isCut) lines.pop();
  return (
    lines.some((line) => key.test(line)) && lines.every((line) => key.test(line) || otherLine.test(line))
  );
}
