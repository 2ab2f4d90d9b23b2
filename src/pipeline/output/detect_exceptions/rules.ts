/**
 * How stack traces look, by language: in one of the states `from`, a line that matches leads to the state `to`. A trace ends where a rule leads
 * to START or no rule fits.
 */
export const START = 'start';

export interface Rule {
  readonly from: readonly string[];
  /** As a Ruby regexp. */
  readonly pattern: string;
  readonly to: string;
}

const rule = (from: string | readonly string[], pattern: RegExp, to: string): Rule => ({
  from: typeof from === 'string' ? [from] : from,
  pattern: pattern.source,
  to,
});

const JAVA_TRACE = ['java_after_exception', 'java'];
/** Also JavaScript's and C#'s. */
const JAVA: readonly Rule[] = [
  rule(
    [START, 'java_start_exception'],
    /(?:Exception|Error|Throwable|V8 errors stack trace)[:\r\n]/,
    'java_after_exception',
  ),
  rule('java_after_exception', /^[\t ]*nested exception is:[\t ]*/, 'java_start_exception'),
  rule('java_after_exception', /^[\r\n]*$/, 'java_after_exception'),
  rule(JAVA_TRACE, /^[\t ]+(?:eval )?at /, 'java'),
  rule(JAVA_TRACE, /^[\t ]+--- End of inner exception stack trace ---$/, 'java'),
  rule(JAVA_TRACE, /^--- End of stack trace from previous location where exception was thrown ---$/, 'java'),
  rule(JAVA_TRACE, /^[\t ]*(?:Caused by|Suppressed):/, 'java_after_exception'),
  rule(JAVA_TRACE, /^[\t ]*... \d+ (?:more|common frames omitted)/, 'java'),
];

const PYTHON: readonly Rule[] = [
  rule(START, /^Traceback \(most recent call last\):$/, 'python'),
  rule('python', /^[\t ]+File /, 'python_code'),
  rule('python_code', /[^\t ]/, 'python'),
  rule('python', /^(?:[^\s.():]+\.)*[^\s.():]+:/, START),
];

const PHP: readonly Rule[] = [
  rule(
    START,
    /(?:PHP (?:Notice|Parse error|Fatal error|Warning):)|(?:exception '[^']+' with message ')/,
    'php_stack_begin',
  ),
  rule('php_stack_begin', /^Stack trace:/, 'php_stack_frames'),
  rule('php_stack_frames', /^#\d/, 'php_stack_frames'),
  rule('php_stack_frames', /^\s+thrown in /, START),
];

const GO: readonly Rule[] = [
  rule(START, /\bpanic: /, 'go_after_panic'),
  rule(START, /http: panic serving/, 'go_goroutine'),
  rule(['go_after_panic', 'go_after_signal', 'go_frame_line1'], /^$/, 'go_goroutine'),
  rule('go_after_panic', /^\[signal /, 'go_after_signal'),
  rule('go_goroutine', /^goroutine \d+ \[[^\]]+\]:$/, 'go_frame_line1'),
  rule('go_frame_line1', /^(?:[^\s.:]+\.)*[^\s.():]+\(|^created by /, 'go_frame_line2'),
  rule('go_frame_line2', /^\s/, 'go_frame_line1'),
];

const RUBY: readonly Rule[] = [
  rule(START, /Error \(.*\):$/, 'ruby_before_rails_trace'),
  rule('ruby_before_rails_trace', /^ {2}$/, 'ruby'),
  rule(['ruby_before_rails_trace', 'ruby'], /^[\t ]+.*?\.rb:\d+:in `/, 'ruby'),
];

const DART_FRAME = /^#\d+\s+.+?\(.+?\)$/;
const DART: readonly Rule[] = [
  rule(START, /^Unhandled exception:$/, 'dart_exc'),
  rule(
    'dart_exc',
    /^(?:Instance of|Exception|Bad state|IntegerDivisionByZeroException|Invalid argument|RangeError|Assertion failed|Cannot instantiate|Reading static variable|UnimplementedError|Unsupported operation|Concurrent modification|Out of Memory|Stack Overflow)/,
    'dart_stack',
  ),
  rule('dart_exc', /^'.+?':.+?$/, 'dart_type_err_line1'),
  rule('dart_type_err_line1', DART_FRAME, 'dart_stack'),
  rule('dart_type_err_line1', /^.+?$/, 'dart_type_err_line2'),
  rule('dart_type_err_line2', /^.*?\^.*?$/, 'dart_type_err_line3'),
  rule('dart_type_err_line3', /^$/, 'dart_type_err_line4'),
  rule('dart_type_err_line4', /^$/, 'dart_stack'),
  rule('dart_exc', /^FormatException/, 'dart_format_err_line1'),
  rule('dart_format_err_line1', DART_FRAME, 'dart_stack'),
  rule('dart_format_err_line1', /^./, 'dart_format_err_line2'),
  rule('dart_format_err_line2', /^.*?\^/, 'dart_format_err_line3'),
  rule('dart_format_err_line3', /^$/, 'dart_stack'),
  rule('dart_exc', /^NoSuchMethodError:/, 'dart_method_err_line1'),
  rule('dart_method_err_line1', /^Receiver:/, 'dart_method_err_line2'),
  rule('dart_method_err_line2', /^Tried calling:/, 'dart_method_err_line3'),
  rule('dart_method_err_line3', /^Found:/, 'dart_stack'),
  rule('dart_method_err_line3', DART_FRAME, 'dart_stack'),
  rule('dart_stack', DART_FRAME, 'dart_stack'),
  rule('dart_stack', /^<asynchronous suspension>$/, 'dart_stack'),
];

export const LANGUAGES: Readonly<Record<string, readonly Rule[]>> = {
  java: JAVA,
  javascript: JAVA,
  js: JAVA,
  csharp: JAVA,
  py: PYTHON,
  python: PYTHON,
  php: PHP,
  go: GO,
  rb: RUBY,
  ruby: RUBY,
  dart: DART,
  all: [...JAVA, ...PYTHON, ...PHP, ...GO, ...RUBY, ...DART],
};
