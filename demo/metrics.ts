/** What the agent tells of itself at /metrics, summed over labels. */
export interface AgentNumbers {
  readonly files: number;
  readonly lines: number;
  readonly unread: number;
  readonly buffered: number;
  readonly memory: number;
}

/** Undefined while the agent does not answer. */
export async function readMetrics(port: number): Promise<AgentNumbers | undefined> {
  let text: string;
  try {
    text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  } catch {
    return undefined;
  }
  const sum = (name: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return {
    files: sum('sluice_tail_files'),
    lines: sum('sluice_tail_lines_total'),
    unread: sum('sluice_tail_unread_bytes'),
    buffered: sum('fluentd_output_status_buffer_total_bytes'),
    memory: sum('sluice_process_resident_memory_bytes'),
  };
}
