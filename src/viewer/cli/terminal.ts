/** What goes to a terminal: log text is hostile, so what would steer the terminal is taken out. */

/** CSI, OSC and other escape sequences; then control characters but tab; and marks that turn the direction of text. */
const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/g;
const STEERS = new RegExp(CONTROLS.source);

export function stripEscapes(text: string): string {
  if (!STEERS.test(text)) return text;
  return text.replace(ESCAPES, '').replace(CONTROLS, '');
}

/** JSON whose texts cannot steer a terminal and are the same to whoever parses them. */
export function escapeSteering(json: string): string {
  if (!STEERS.test(json)) return json;
  return json.replace(CONTROLS, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const ROLE_COLOURS: Readonly<Record<string, number>> = { driver: 35, jobmanager: 36, taskmanager: 32, executor: 32 };
const OTHERS = [33, 34, 95, 96, 92];
const LEVEL_COLOURS: Readonly<Record<string, string>> = {
  warn: '33',
  error: '31',
  fatal: '1;31',
  debug: '2',
  trace: '2',
};

export function roleColour(role: string): number {
  const known = ROLE_COLOURS[role];
  if (known !== undefined) return known;
  let sum = 0;
  for (const letter of role) sum += letter.codePointAt(0)!;
  return OTHERS[sum % OTHERS.length]!;
}

export function colourLevel(level: string, text: string): string {
  const colour = LEVEL_COLOURS[level];
  return colour === undefined ? text : `\x1b[${colour}m${text}\x1b[0m`;
}
