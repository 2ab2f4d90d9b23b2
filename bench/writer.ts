/** `node writer.ts FOLDER PODS RATE`: writes RATE docker lines a second over PODS files until it is ended; each file gets its lines ten times a second. */
import fs from 'node:fs';
import { docker, logFile, sampleLines } from './corpus.ts';

const [folder = '', podCount = '', rate = ''] = process.argv.slice(2);
const pods = Number(podCount);
const TURNS = 10;
const files = Array.from({ length: pods }, (_, i) => fs.openSync(logFile(folder, i), 'a'));
const samples = sampleLines();
const started = performance.now();
let written = 0;

/** A tenth of the files at a time, every 10 ms, so that files are not written at one moment. */
setInterval(() => {
  const due = ((performance.now() - started) / 1000) * Number(rate);
  while (written < due) {
    const turn = Math.floor((written / Number(rate)) * 100) % TURNS;
    const own = Math.round(Number(rate) / 100 / (pods / TURNS));
    for (let pod = turn; pod < pods; pod += TURNS) {
      let text = '';
      for (let i = 0; i < own; i++, written++)
        text += docker.line(written, Date.now(), samples[written % samples.length]!);
      fs.writeSync(files[pod]!, text);
    }
  }
}, 10);
