import type { OverviewQuery } from '../../generated/graphql';

export type Day = NonNullable<OverviewQuery['days']>[number];
type Amount = Day['revenue'][number];

const HOURS = 24;
const DAY = HOURS * 3_600_000;
const ISO_DAY = 10;

/** The last days up to today, as the document takes them. */
export function spanOf(count: number, now: Date): { fromOn: string; toOn: string } {
  const day = (time: number) => new Date(time).toISOString().slice(0, ISO_DAY);
  return { fromOn: day(now.getTime() - (count - 1) * DAY), toOn: day(now.getTime()) };
}

export function addUp(days: Day[]) {
  const total = (of: (day: Day) => number) => days.reduce((sum, day) => sum + of(day), 0);
  return {
    signUpCount: total((day) => day.signUpCount),
    signInCount: total((day) => day.signInCount),
    orderCount: total((day) => day.orderCount),
    revenue: addAmounts(days.flatMap((day) => day.revenue)),
  };
}

/** One sum for each currency, in whole minor units, so that no cent is lost. */
function addAmounts(amounts: Amount[]): Amount[] {
  const sums = new Map<string, { minor: bigint; digits: number }>();
  for (const { amount, currency } of amounts) {
    const digits = amount.split('.')[1]?.length ?? 0;
    const before = sums.get(currency)?.minor ?? 0n;
    sums.set(currency, { minor: before + BigInt(amount.replace('.', '')), digits });
  }
  return [...sums].map(([currency, { minor, digits }]) => ({
    currency,
    amount: writeMinor(minor, digits),
  })) as Amount[];
}

function writeMinor(minor: bigint, digits: number): string {
  if (digits === 0) return String(minor);
  const text = String(minor).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
