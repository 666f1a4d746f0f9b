// The token of the link stands behind the #, which the browser sent to nobody.
const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
const variables = document.getElementById("variables");

if (token && variables) variables.textContent = variables.textContent.replace('"TOKEN"', JSON.stringify(token));
