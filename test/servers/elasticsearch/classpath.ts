import { classPathOf, type Jars, knownClassPath } from '../jars.ts';
import { ENGINES, type EngineVersion } from './engines.ts';

/** True when this engine's jars are here already, so that Maven is not needed. */
export function hasClassPath(version: EngineVersion): boolean {
  return knownClassPath(jarsOf(version)) !== undefined;
}

/** The engine's class path; Maven fetches the jars into its own repository the first time (5 to 10 s an engine). */
export function classPath(version: EngineVersion): Promise<string> {
  return classPathOf(jarsOf(version));
}

function jarsOf(version: EngineVersion): Jars {
  return { folder: ['elasticsearch', version], coordinates: ENGINES[version].jars };
}
