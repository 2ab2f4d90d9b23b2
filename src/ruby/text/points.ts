/** Ruby counts characters, JavaScript counts UTF-16 units: they differ only where a text has surrogates. */

const SURROGATE = /[\ud800-\udfff]/;

export function isWide(text: string): boolean {
  return SURROGATE.test(text);
}

export function length(text: string): number {
  return isWide(text) ? [...text].length : text.length;
}

/** Units → characters. */
export function toPoints(text: string, unit: number): number {
  return isWide(text) ? [...text.slice(0, unit)].length : unit;
}

/** Characters → units. */
export function toUnits(text: string, point: number): number {
  return isWide(text) ? [...text].slice(0, point).join('').length : point;
}
