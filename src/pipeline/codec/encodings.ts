/** Encodings by Ruby's names: the platform's decoders, corrected where the web's idea of an encoding is not Ruby's. */

/** Bytes → text; what the encoding does not have is U+FFFD. */
export type Decode = (bytes: Buffer) => string;

/** Ruby's names that the Encoding standard does not have. */
const RUBY: Readonly<Record<string, string>> = {
  'windows-31j': 'shift_jis',
  cp932: 'shift_jis',
  eucjp: 'euc-jp',
  'eucjp-ms': 'euc-jp',
  cp51932: 'euc-jp',
  euckr: 'euc-kr',
  cp949: 'euc-kr',
  euccn: 'gbk',
  gb12345: 'gb18030',
  cp936: 'gbk',
  cp65001: 'utf-8',
  cp1252: 'windows-1252',
};

/** Undefined for a name that is no encoding. */
export function decoderOf(name: string): Decode | undefined {
  const lower = name.toLowerCase();
  if (/^(?:ascii-8bit|binary|us-ascii|ascii)$/.test(lower)) return byTable(() => REPLACEMENT);
  try {
    const decoder = new TextDecoder(RUBY[lower] ?? lower);
    const decode: Decode = (bytes) => decoder.decode(bytes);
    // The web takes ISO 8859-1, -9 and -11 for the code pages of Windows, and those for tables without holes.
    if (/^iso-?8859-(?:1|9|11)$/.test(lower)) return byTable((byte) => (byte < 0xa0 ? chr(byte) : one(decode, byte)));
    if (/^(?:windows-|cp)(?:125\d|874)$/.test(lower)) return byTable((byte) => holes(one(decode, byte)));
    return decode;
  } catch {
    return undefined;
  }
}

const REPLACEMENT = '\ufffd';
const chr = (code: number) => String.fromCharCode(code);
const one = (decode: Decode, byte: number) => decode(Buffer.of(byte));
const holes = (c: string) => (c >= '\x80' && c < '\xa0' ? REPLACEMENT : c);

/** `upper` tells the character of a byte from 128 on. */
function byTable(upper: (byte: number) => string): Decode {
  const table = Array.from({ length: 128 }, (_, i) => upper(128 + i));
  return (bytes) => bytes.toString('latin1').replace(/[\x80-\xff]/g, (c) => table[c.charCodeAt(0) - 128]!);
}
