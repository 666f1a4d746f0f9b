// What the clients have in common: who asks, and a `fetch` that remembers what they sent.

export const [url, token] = process.argv.slice(2);
export const requests = [];

export async function recordingFetch(input, init = {}) {
  const answer = await fetch(input, init);
  const sent = init.method === "GET" ? Object.fromEntries(new URL(input).searchParams) : JSON.parse(init.body);
  requests.push({ method: init.method, keys: Object.keys(sent).filter((key) => sent[key] !== undefined).sort(), status: answer.status });
  return answer;
}

export const headers = token ? { authorization: `Bearer ${token}` } : {};

export function report(results) {
  console.log(JSON.stringify({ results, requests }));
}
