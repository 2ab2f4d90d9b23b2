/** The work per stream: waiting where metadata is due, then setting the two fields. */
import { EventStream } from '../../core/event.ts';
import type { FilterStep } from '../../plugin.ts';
import type { Marker } from './entry.ts';
import { type Names, recordNames } from './names.ts';

/** For tags that tell the container. */
export function taggedStep(entry: Marker, afterwards: () => void): FilterStep {
  return (stream) => {
    afterwards();
    const wait = entry.ready();
    return wait === undefined ? entry.apply(stream) : wait.then(() => entry.apply(stream));
  };
}

/** For other tags: the records themselves may name their container; the others pass unchanged. */
export function recordStep(entryOf: (names: Names) => Marker, afterwards: () => void): FilterStep {
  return (stream) => {
    afterwards();
    const streams = new Map<Marker, EventStream>();
    for (const event of stream.events) {
      const names = recordNames(event);
      if (names === undefined) continue;
      const entry = entryOf(names);
      const own = streams.get(entry);
      if (own === undefined) streams.set(entry, new EventStream(stream.tag, [event]));
      else own.events.push(event);
    }
    const waits = [...streams.keys()].flatMap((entry) => entry.ready() ?? []);
    const apply = () => {
      for (const [entry, own] of streams) entry.apply(own);
      return stream;
    };
    return waits.length === 0 ? apply() : Promise.all(waits).then(apply);
  };
}
