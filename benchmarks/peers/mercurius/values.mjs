// How values are shown: as the service shows them, so that answers can be compared as they are.
const WITHOUT_MINOR_UNIT = new Set(["JPY"]); // the others of the seeded shop have two decimals

export function formatMoney(amount, currency) {
  if (amount === null) return null;
  if (WITHOUT_MINOR_UNIT.has(currency)) return { amount, currency };
  const sign = amount.startsWith("-") ? "-" : "";
  const digits = amount.slice(sign.length).padStart(3, "0");
  return { amount: `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`, currency };
}

// "2026-01-02 03:04:05.67+00" is "2026-01-02T03:04:05.670000+00:00".
export function formatInstant(text) {
  const [day, time] = text.slice(0, -3).split(" ");
  return `${day}T${time.length > 8 ? time.padEnd(15, "0") : time}+00:00`;
}

const formatKey = (key) => BigInt(key).toString(16).padStart(16, "0");
export const formatId = (prefix, ...keys) => `${prefix}_${keys.map(formatKey).join("")}`;
export const parseId = (id) => BigInt(`0x${id.slice(id.indexOf("_") + 1)}`).toString();

export const formatCursor = (text) => Buffer.from(text).toString("base64url");
// Its two numbers as texts, because one of them may be larger than a number of JavaScript.
export const parseCursor = (cursor) => Buffer.from(cursor, "base64url").toString().slice(1, -1).split(",").slice(-2);
