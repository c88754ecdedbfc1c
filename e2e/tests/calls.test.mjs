// The applications that everybody writes first: a call of two, a broadcast, a room of four.
import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';

const kViewers = 10, kPeople = 4;

scene('a call of two: each sees and hears the other', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const names = ['alice', 'bob'];
  const [alice, bob] = [await kurentoEndpoint(pipeline), await kurentoEndpoint(pipeline)];
  await alice.object.connect(bob.object);
  await bob.object.connect(alice.object);
  const pages = {alice: await s.page(), bob: await s.page()};
  await connectPeer(pages.alice, 'alice', alice);
  await connectPeer(pages.bob, 'bob', bob);
  for (const name of names) {
    await expectCameraPicture(pages[name], name);
    s.fact(`tone heard by ${name}`, await expectTone(pages[name], name, kToneHz));
  }
});

scene(`one presenter reaches ${kViewers} viewers`, async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const presenter = await kurentoEndpoint(pipeline);
  await connectPeer(page, 'presenter', presenter, {direction: 'sendonly'});
  const names = Array.from({length: kViewers}, (_, n) => `viewer ${n + 1}`);
  await Promise.all(names.map(async (name) => {
    const viewer = await kurentoEndpoint(pipeline);
    await presenter.object.connect(viewer.object);
    await connectPeer(page, name, viewer, {direction: 'recvonly'});
  }));
  await Promise.all(names.map((name) => expectCameraPicture(page, name)));
  const first_ms = await Promise.all(names.map((name) => inPage(page, 'firstFrame', name)));
  s.fact('first picture after', first_ms.map((one) => `${Math.round(one)} ms`).join(', '));
  s.fact('tone heard by the last', await expectTone(page, names.at(-1), kToneHz));
});

scene(`a room of ${kPeople}: everybody sees everybody`, async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const people = [];
  for (let n = 1; n <= kPeople; ++n) {
    const person = {name: `person ${n}`, page: await s.page(), own: await kurentoEndpoint(pipeline)};
    await connectPeer(person.page, person.name, person.own, {direction: 'sendonly'});
    people.push(person);
  }
  for (const viewer of people) {
    await Promise.all(people.filter((one) => one !== viewer).map(async (shown) => {
      const endpoint = await kurentoEndpoint(pipeline);
      await shown.own.object.connect(endpoint.object);
      await connectPeer(viewer.page, shown.name, endpoint, {direction: 'recvonly'});
    }));
  }
  for (const viewer of people) {
    await Promise.all(people.filter((one) => one !== viewer).map((shown) => expectCameraPicture(viewer.page, shown.name)));
  }
  const heard = await expectTone(people[0].page, people[1].name, kToneHz);
  s.fact('tone heard', heard);
  await people[3].own.object.release();
  await inPage(people[3].page, 'hangUp', people[3].name);
  for (const viewer of people.slice(0, 3)) {
    const others = people.slice(0, 3).filter((one) => one !== viewer);
    await Promise.all(others.map((shown) => expectCameraPicture(viewer.page, shown.name)));
    assert.equal(await inPage(viewer.page, 'state', others[0].name), 'connected');
  }
});
