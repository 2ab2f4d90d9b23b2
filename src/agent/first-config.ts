/** `--setup DIR`: a configuration to begin with, as Fluentd writes one. */
import fs from 'node:fs';
import path from 'node:path';

export const FIRST_CONFIG = `# Takes events over the network (fluent-cat and other agents)
<source>
  @type forward
  port 24224
</source>

# curl -d 'json={"a":1}' http://localhost:9880/debug.test
<source>
  @type http
  port 9880
</source>

# curl http://localhost:24220/api/plugins.json
<source>
  @type monitor_agent
  port 24220
</source>

<match debug.**>
  @type stdout
</match>
`;

/** Never writes over a file; tells what was done. */
export function writeFirstConfig(folder: string): string {
  fs.mkdirSync(path.join(folder, 'plugin'), { recursive: true });
  const file = path.join(folder, 'fluent.conf');
  if (fs.existsSync(file)) return `${file} already exists.\n`;
  fs.writeFileSync(file, FIRST_CONFIG);
  return `Installed ${file}.\n`;
}
