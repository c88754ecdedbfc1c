// What every test does with a machine that boots the image: wait for its server, and call through its relay.
import {connectPeer, expectCameraPicture, rawEndpoint} from '../../e2e/harness/call.mjs';
import {RawClient} from '../../e2e/harness/raw_client.mjs';
import {until} from '../../e2e/harness/wait.mjs';
import {Machine} from './machine.mjs';

export const kBoot_s = 240;
const kReply_ms = 60_000;
export const kTime = {timeout_ms: 600_000};

/** A machine of the scene `s` with a disk of its own. */
export function machineOf(s, disk, options) {
  const machine = new Machine(disk, options);
  s.atEnd(async (error) => {
    if (error) s.fact('console', machine.console.slice(-4000));
    await machine.remove();
  });
  return machine;
}

/** A client, as soon as the control port is answered. */
export async function clientOf(s, machine) {
  const client = await until(() => `it answers: ${machine.console.slice(-2000)}`, () => RawClient.open(machine.url, {reply_timeout_ms: kReply_ms}).catch(() => undefined), kBoot_s * 1000);
  s.atEnd(() => client.close());
  return client;
}

/** A call that goes through the appliance's own relay, with the credentials that its endpoint gives. */
export async function call(s, machine, page, client, name, credentials) {
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await rawEndpoint(client, pipeline);
  await client.invoke(endpoint.object, 'connect', {sink: endpoint.object});
  const [, username, credential] = credentials ?? /^(.+):(.+)@/.exec(await client.invoke(endpoint.object, 'getTurnUrl'));
  await connectPeer(page, name, endpoint, {iceServers: [{urls: `turn:127.0.0.1:${machine.turn}`, username, credential}], iceTransportPolicy: 'relay'});
  await expectCameraPicture(page, name, 60_000);
  return {pipeline, endpoint, credentials: [, username, credential]};
}
