/** All classes that expressions know. */
import './object.ts';
import './string.ts';
import './string-change.ts';
import './number.ts';
import './enumerable.ts';
import './array.ts';
import './hash.ts';
import './range.ts';
import './regexp.ts';
import './time.ts';
import './date.ts';
import './json.ts';
import './env.ts';
import './file.ts';
import './codecs.ts';
import './ipaddr.ts';
import './modules.ts';
