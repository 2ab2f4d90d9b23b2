/** Encodings by Ruby's names, decoded by the platform's decoders. */

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
  'ascii-8bit': 'latin1',
  binary: 'latin1',
};

/** Undefined for a name that is no encoding. */
export function decoderOf(name: string): TextDecoder | undefined {
  try {
    return new TextDecoder(RUBY[name.toLowerCase()] ?? name);
  } catch {
    return undefined;
  }
}
