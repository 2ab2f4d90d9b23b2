/** Bytes that came from outside → byte string of valid UTF-8, which every record's JSON must be. */
import { isUtf8 } from 'node:buffer';

/** Invalid sequences become U+FFFD; valid bytes are not copied twice. */
export function byteString(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('latin1') : Buffer.from(bytes.toString('utf8'), 'utf8').toString('latin1');
}

const NON_ASCII = /[^\x00-\x7f]/;

/** The same for text that is a latin1 view of the bytes already. */
export function validBytes(text: string): string {
  return NON_ASCII.test(text) ? byteString(Buffer.from(text, 'latin1')) : text;
}
