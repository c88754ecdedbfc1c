// Run by tests/harness.test.mjs: a scene that never comes to its end. STUCK_MS: after so long it is given up.
import {scene} from './scene.mjs';

scene('waits for ever', async (s) => {
  console.log(`server ${(await s.server()).pid}`);
  await new Promise(() => {});
}, {timeout_ms: Number(process.env.STUCK_MS)});
