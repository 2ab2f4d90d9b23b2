/** Constants that are values. */
import { Float } from '../../pipeline/core/value.ts';

export const constants: Readonly<Record<string, unknown>> = {
  'Float::INFINITY': Number.POSITIVE_INFINITY,
  'Float::NAN': Number.NaN,
  'Float::MAX': new Float(Number.MAX_VALUE),
  'Float::EPSILON': Number.EPSILON,
  'Math::PI': Math.PI,
  'Math::E': Math.E,
  'Regexp::IGNORECASE': 1,
  'Regexp::EXTENDED': 2,
  'Regexp::MULTILINE': 4,
  'File::SEPARATOR': '/',
  RUBY_VERSION: '3.1.6',
};
