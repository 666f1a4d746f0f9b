/* global React, ReactDOM, GraphiQL, GraphiQLPluginExplorer */

const examples = JSON.parse(document.getElementById("example-documents").textContent);
const tokenField = document.getElementById("token");
const menu = document.querySelector("details.examples");

// ---- Token: kept for this tab, one for each endpoint, so that it survives a reload; never in cookies, the URL or on disk.

const tokenKey = `token:${window.location.pathname}`;
let token = "";
let schemaToken = "";

function readToken() {
  token = plainToken(tokenField.value);
  withTabStorage((storage) => (token ? storage.setItem(tokenKey, token) : storage.removeItem(tokenKey)));
}

// People paste what they see: quotes of JSON and of a shell, the word of the header, and the whole line that the demo prints.
function plainToken(given) {
  const [printed] = given.match(/\bcg[a-z]_[\w-]{20,}/) ?? [];
  if (printed) return printed;
  const unquoted = (text) => text.trim().replace(/^(["'`])(.*)\1$/s, "$2").trim();
  return unquoted(unquoted(given).replace(/^authorization:\s*/i, "").replace(/^bearer\s+/i, ""));
}

function withTabStorage(use) {
  try {
    return use(window.sessionStorage);
  } catch {
    return null; // blocked by the browser's settings
  }
}

function withToken(given) {
  const headers = new Headers(Object.entries(given).filter(([name, value]) => !isEmptyBearer(name, value)));
  if (token && !headers.has("authorization")) headers.set("Authorization", `Bearer ${token}`);
  return headers;
}

// The Headers tab starts with an empty one, for people to complete.
function isEmptyBearer(name, value) {
  return name.toLowerCase() === "authorization" && /^\s*(bearer)?\s*$/i.test(value);
}

function newFetcher() {
  const fetchOnce = GraphiQL.createFetcher({
    url: window.location.pathname,
    fetch: (url, request) => fetch(url, { ...request, headers: withToken(request.headers) }),
  });
  return (asked, options) => (isSubscription(asked, options) ? follow(asked, options?.headers ?? {}) : fetchOnce(asked, options));
}

// ---- Subscriptions: server-sent events, because a WebSocket would need the token before the Headers tab is read.

function isSubscription({ operationName }, options) {
  const operations = options?.documentAST?.definitions.filter(({ kind }) => kind === "OperationDefinition") ?? [];
  const [chosen] = operationName ? operations.filter(({ name }) => name?.value === operationName) : operations;
  return chosen?.operation === "subscription";
}

// An iterable of answers. Its `return`, which GraphiQL calls to stop, also ends a read that waits.
function follow(asked, given) {
  const stop = new AbortController();
  const answers = readAnswers(asked, given, stop.signal);
  const end = async () => ({ done: true, value: stop.abort() });
  return { [Symbol.asyncIterator]: () => ({ next: () => answers.next(), return: end }) };
}

async function* readAnswers(asked, given, signal) {
  const headers = withToken({ ...given, "Content-Type": "application/json", Accept: "text/event-stream" });
  try {
    const answer = await fetch(window.location.pathname, { method: "POST", headers, body: JSON.stringify(asked), signal });
    if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) yield await answer.json();
    else yield* readEvents(answer.body.pipeThrough(new TextDecoderStream()).getReader());
  } catch (fault) {
    if (!signal.aborted) throw fault;
  }
}

async function* readEvents(reader) {
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (text + part.value).split("\n\n");
    text = events.pop();
    for (const event of events) {
      const [, name] = event.match(/^event: (.*)$/m) ?? [];
      if (name === "complete") return;
      if (name === "next") yield JSON.parse(event.match(/^data: (.*)$/m)[1]);
    }
  }
}

// ---- Storage: only the layout and theme are kept. Queries, variables and headers may contain passwords, tokens
// and customer data, and GraphiQL's history would write even headers to the disk.

const PERSISTENT_KEYS = new Set(["theme", "docExplorerFlex", "editorFlex", "secondaryEditorFlex"].map((key) => `graphiql:${key}`));

function localStorageIfAllowed() {
  try {
    return window.localStorage;
  } catch {
    return null; // blocked by the browser's settings
  }
}

function newStorage() {
  const persistent = localStorageIfAllowed();
  const temporary = new Map();
  return {
    getItem: (key) => (PERSISTENT_KEYS.has(key) ? persistent?.getItem(key) : temporary.get(key)) ?? null,
    setItem: (key, value) => (PERSISTENT_KEYS.has(key) ? persistent?.setItem(key, value) : temporary.set(key, value)),
    removeItem: (key) => (PERSISTENT_KEYS.has(key) ? persistent?.removeItem(key) : temporary.delete(key)),
    clear: () => {
      temporary.clear();
      for (const key of PERSISTENT_KEYS) persistent?.removeItem(key);
    },
  };
}

// ---- Examples: each opens in a tab of its own.

let editors = null;

// GraphiQL exposes its editors only to components inside it; this one renders nothing.
function EditorsAccess() {
  editors = GraphiQL.React.useEditorContext();
  return null;
}

function openExample(example) {
  // GraphiQL creates its editors after the page: an earlier click waits for them.
  if (editors?.queryEditor && editors.variableEditor) showExample(example);
  else requestAnimationFrame(() => openExample(example));
}

function showExample({ query, variables }) {
  // The empty values of the new tab must reach the editors before ours do.
  ReactDOM.flushSync(() => editors.addTab());
  editors.queryEditor.setValue(query);
  editors.variableEditor.setValue(variables);
  editors.queryEditor.focus();
}

function fillMenu() {
  menu.querySelector("ul").replaceChildren(...examples.map(menuEntry));
  document.addEventListener("pointerdown", ({ target }) => menu.contains(target) || closeMenu());
  menu.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !menu.contains(relatedTarget) && closeMenu());
  menu.addEventListener("keydown", ({ key }) => key === "Escape" && closeMenu(menu.firstElementChild.focus()));
}

function menuEntry(example) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: example.title });
  button.addEventListener("click", () => closeMenu(openExample(example)));
  const entry = document.createElement("li");
  entry.append(button);
  return entry;
}

function closeMenu() {
  menu.open = false;
}

// ---- The page

const root = ReactDOM.createRoot(document.getElementById("graphiql"));
const properties = {
  storage: newStorage(),
  shouldPersistHeaders: false,
  plugins: [GraphiQLPluginExplorer.explorerPlugin()],
  defaultHeaders: '{\n  "Authorization": "Bearer "\n}',
  defaultTabs: examples.slice(0, 2).map(({ query, variables }) => ({ query, variables })),
  // The first tab's variables: GraphiQL applies those of `defaultTabs` only from the second tab on.
  variables: examples[0].variables,
  defaultEditorToolsVisibility: true,
  toolbar: { additionalComponent: EditorsAccess },
};

// A new fetcher makes GraphiQL request the schema again and leaves the tabs unchanged.
function render() {
  schemaToken = token;
  root.render(React.createElement(GraphiQL, { ...properties, fetcher: newFetcher() }));
}

tokenField.value = withTabStorage((storage) => storage.getItem(tokenKey)) ?? ""; // also where a browser restored another
readToken();
tokenField.addEventListener("input", readToken);
tokenField.addEventListener("change", () => token === schemaToken || render()); // also on Enter
fillMenu();
render();
