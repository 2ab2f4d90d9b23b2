/** `npm run bench` measures the agent, `npm run bench -- viewer` the viewer. */
await import(process.argv[2] === 'viewer' ? './viewer.ts' : './run.ts');
