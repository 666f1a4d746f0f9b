/* global React, ReactDOM, GraphiQL, GraphiQLPluginExplorer */

const examples = JSON.parse(document.getElementById("example-documents").textContent);
const tokenField = document.getElementById("token");
const menu = document.querySelector("details.examples");

// ---- Token: lives in this variable only, never in storage, cookies or the address.

let token = "";
let introspectedWith = "";

function readToken() {
  token = tokenField.value.trim().replace(/^bearer\s+/i, "");
}

function withToken(given) {
  const headers = new Headers(Object.entries(given).filter(([name, value]) => !isEmptyBearer(name, value)));
  if (token && !headers.has("authorization")) headers.set("Authorization", `Bearer ${token}`);
  return headers;
}

// The Headers tab starts with one, for people to complete.
function isEmptyBearer(name, value) {
  return name.toLowerCase() === "authorization" && /^\s*(bearer)?\s*$/i.test(value);
}

function newFetcher() {
  return GraphiQL.createFetcher({
    url: window.location.pathname,
    fetch: (url, request) => fetch(url, { ...request, headers: withToken(request.headers) }),
  });
}

// ---- Storage: only the look of the page outlives it. Queries, variables and headers may hold passwords,
// tokens and customers' data; GraphiQL's history would write even headers to the disk.

const LASTING = new Set(["theme", "docExplorerFlex", "editorFlex", "secondaryEditorFlex"].map((key) => `graphiql:${key}`));

function disk() {
  try {
    return window.localStorage;
  } catch {
    return null; // forbidden by the browser's settings
  }
}

function newStorage() {
  const lasting = disk();
  const passing = new Map();
  return {
    getItem: (key) => (LASTING.has(key) ? lasting?.getItem(key) : passing.get(key)) ?? null,
    setItem: (key, value) => (LASTING.has(key) ? lasting?.setItem(key, value) : passing.set(key, value)),
    removeItem: (key) => (LASTING.has(key) ? lasting?.removeItem(key) : passing.delete(key)),
    clear: () => {
      passing.clear();
      for (const key of LASTING) lasting?.removeItem(key);
    },
  };
}

// ---- Examples: each opens in a tab of its own.

let editors = null;

// GraphiQL gives its editors only to components inside of it; this one shows nothing.
function EditorsDoor() {
  editors = GraphiQL.React.useEditorContext();
  return null;
}

function openExample(example) {
  // GraphiQL makes its editors after the page; who was quicker waits for them.
  if (editors?.queryEditor && editors.variableEditor) showExample(example);
  else requestAnimationFrame(() => openExample(example));
}

function showExample({ query, variables }) {
  // The new tab's empty values must be in the editors before ours are.
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
  // The first tab's variables: GraphiQL shows those of `defaultTabs` only from the second on.
  variables: examples[0].variables,
  defaultEditorToolsVisibility: true,
  toolbar: { additionalComponent: EditorsDoor },
};

// A new fetcher makes GraphiQL ask for the schema again, and leaves the tabs as they are.
function render() {
  introspectedWith = token;
  root.render(React.createElement(GraphiQL, { ...properties, fetcher: newFetcher() }));
}

tokenField.value = ""; // some browsers bring back what stood there before a reload
tokenField.addEventListener("input", readToken);
tokenField.addEventListener("change", () => token === introspectedWith || render()); // also on Enter
fillMenu();
render();
