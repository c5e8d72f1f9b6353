/** Whatever the operation selects: the server checks it against the schema, and the test against what it expects. */
export type Data = ReturnType<typeof JSON.parse>;

export interface Answer {
  status: number;
  headers: Headers;
  body: {
    data?: Data;
    errors?: {
      message: string;
      path?: (string | number)[];
      extensions: { code: string } & Record<string, unknown>;
    }[];
  };
}

export type Send = (query: string, variables?: object, headers?: Record<string, string>) => Promise<Answer>;

/** A client as plain as can be: the whole answer, whatever it is. */
export function sender(url: string, token: string): Send {
  return async (query, variables = {}, headers = {}) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
  };
}
