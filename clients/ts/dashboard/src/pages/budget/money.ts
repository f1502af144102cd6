const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** An amount without its currency, which nobody told. */
export function money(amount: number): string {
  return whole.format(amount);
}

/** With its sign, and a minus that is as wide as a plus. */
export function change(amount: number): string {
  const text = whole.format(Math.abs(amount));
  if (text === "0") return "0";
  return amount < 0 ? `−${text}` : `+${text}`;
}

/** A ratio: three digits that mean something. */
export function ratio(value: number): string {
  return Number.isFinite(value) ? fine.format(value) : "∞";
}
