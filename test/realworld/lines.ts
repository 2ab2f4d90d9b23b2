/** Lines of the kinds that nodes write, each with a place for a marker: one of them fits what a source parses. */
const LINES: readonly string[] = [
  '{"log":"MARK\\n","message":"MARK","msg":"MARK","level":"info","stream":"stdout","time":"2024-03-01T10:20:30.123456789Z","timestamp":"2024-03-01T10:20:30.123456789Z"}',
  '2024-03-01T10:20:30.123456789Z stdout F MARK',
  '2024-03-01T10:20:30.123456789+00:00 stdout F MARK',
  'I0301 10:20:30.123456       1 file.go:42] MARK',
  '2024-03-01T10:20:30Z MARK',
  '2024-03-01T10:20:30Z [INFO] [main]: MARK',
  '2024-03-01T10:20:30.123456Z MARK',
  '2024-03-01T10:20:30.123Z INFO MARK',
  '2024-03-01 10:20:30 INFO MARK',
  '2024-03-01 10:20:30,123 [main] INFO com.example.Main - MARK',
  '2024-03-01 10:20:30.123 INFO MARK',
  '2024-03-01 10:20:30,123 [salt.state][INFO    ] MARK',
  'Mar  1 10:20:30 node-1 app[123]: MARK',
  'time="2024-03-01T10:20:30.123456789Z" level=info msg="MARK"',
  '127.0.0.1 - - [01/Mar/2024:10:20:30 +0000] "GET /MARK HTTP/1.1" 200 12 "-" "agent"',
  '127.0.0.1 - user [01/Mar/2024:10:20:30 +0000] "GET /MARK HTTP/1.1" 200 12 "-" "agent" 12 0.001 [x] 10.0.0.1:80 12 0.001 200 id',
  '2024/03/01 10:20:30 [error] 12#12: *1 MARK',
  '2024/03/01 10:20:30 MARK',
  '[2024-03-01 10:20:30] MARK',
  '[2024-03-01T10:20:30.123Z] INFO MARK',
  '2024-03-01T10:20:30.123456789+00:00 AUDIT: id="1" ip="127.0.0.1" method="GET" user="MARK" as="<self>" asgroups="<lookup>" namespace="default" uri="/api"',
  '2024-03-01T10:20:30.123456789+00:00 AUDIT: id="1" response="200" MARK',
  'MARK',
  // Of a pattern with `\<time>` and `\+`, which are no groups and no repeats.
  '<time>1+ stdout F MARK',
  '{"kind":"Event","stage":"ResponseComplete","auditID":"MARK","requestReceivedTimestamp":"2024-03-01T10:20:30.123456Z","stageTimestamp":"2024-03-01T10:20:30.123456Z"}',
];

/** How container runtimes wrap a line. */
const WRAPPED: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2024-03-01T10:20:30.123456789Z' }),
  (line) => `2024-03-01T10:20:30.123456789Z stdout F ${line}`,
  (line) => JSON.stringify({ log: line, message: line, stream: 'stderr', time: '2024-03-01T10:20:30.123456789Z' }),
];

export function candidates(marker: string): string[] {
  return WRAPPED.flatMap((wrap) => LINES.map((line) => wrap(line.replaceAll('MARK', marker))));
}
