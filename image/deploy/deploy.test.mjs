// The files that others' systems read: by validators that know these systems, and what they have to say about security.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {DaemonSet} from 'kubernetes-models/apps/v1';
import {Namespace} from 'kubernetes-models/v1';
import {parse, parseAllDocuments} from 'yaml';

const path = (name) => new URL(name, import.meta.url).pathname;
const kModels = {Namespace, DaemonSet};
// A property of 2020 that the validator's list lacks; looked at below.
const kNewerThanTheValidator = /^ +MetadataOptions:.*\n/m;

/** What the validator says about a template of this text. */
function lint(text) {
  const folder = mkdtempSync(join(tmpdir(), 'template-'));
  const file = join(folder, 'template.yaml');
  writeFileSync(file, text.replace(kNewerThanTheValidator, ''));
  const {stdout, stderr} = spawnSync('node', [path('node_modules/cfn-lint/lib/index.js'), 'validate', file, '--verbose'], {encoding: 'utf8'});
  rmSync(folder, {recursive: true});
  return stdout + stderr;
}

const template_text = readFileSync(path('cloudformation.yaml'), 'utf8');

test('the CloudFormation template is valid', () => { assert.match(lint(template_text), /Template valid!/); });

test('the validator of templates finds what is wrong', () => {
  assert.match(lint(template_text.replace('GroupDescription', 'GroupDescripton')), /Template invalid!/);
});

test('the template asks for what it has to, and gives the address of the endpoint', () => {
  const template = parse(template_text, {logLevel: 'silent'});
  for (const name of ['InstanceType', 'KeyName', 'TurnUser', 'TurnPassword', 'ControlCidr']) assert.ok(template.Parameters[name], name);
  assert.equal(template.Parameters.KeyName.Default, '');
  assert.equal(template.Parameters.TurnPassword.NoEcho, true);
  assert.equal(template.Parameters.ControlCidr.Default, undefined, 'nobody controls the server by oversight');
  assert.match(template.Outputs.EndpointUrl.Value, /^ws:.*8888\/kurento$/);
  assert.equal(template.Resources.Template.Properties.LaunchTemplateData.MetadataOptions.HttpTokens, 'required');
});

test('user data has only keys that the image knows', () => {
  const page = readFileSync(path('../../docs/deploy/disk.md'), 'utf8');
  const keys = [...template_text.matchAll(/^ +([A-Z_0-9]+)=\$?/gm)].map(([, key]) => key);
  assert.ok(keys.length >= 5);
  for (const key of keys) assert.ok(page.includes(`\`${key}\``), key);
});

const documents = parseAllDocuments(readFileSync(path('kubernetes.yaml'), 'utf8'), {merge: true}).map((one) => one.toJS());

test('the Kubernetes manifests are valid', () => {
  assert.equal(documents.length, 3);
  for (const document of documents) new kModels[document.kind](document).validate();
});

test('the validator of manifests finds what is wrong', () => {
  const [, wrong] = structuredClone(documents);
  wrong.spec.template.spec.containers[0].ports[0].containerPort = 'many';
  assert.throws(() => new kModels.DaemonSet(wrong).validate(), /containerPort/);
});

test('the pods keep every rule of PodSecurity "restricted" but the one on the host\'s network', () => {
  for (const {spec: {template: {spec}}} of documents.filter(({kind}) => kind === 'DaemonSet')) {
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.ok(['RuntimeDefault', 'Localhost'].includes(spec.securityContext.seccompProfile.type));
    for (const {securityContext, livenessProbe, readinessProbe} of spec.containers) {
      assert.equal(securityContext.allowPrivilegeEscalation, false);
      assert.equal(securityContext.readOnlyRootFilesystem, true);
      assert.deepEqual(securityContext.capabilities, {drop: ['ALL']});
      assert.ok(livenessProbe.exec && readinessProbe.exec);
    }
    assert.ok(spec.volumes.every((volume) => volume.emptyDir), 'no path of the host');
    assert.equal(spec.hostPID ?? spec.hostIPC, undefined);
  }
});

test('a pod has the time that its server takes to drain', () => {
  const {spec} = documents.find(({metadata}) => metadata.name === 'media-server').spec.template;
  const drain = Number(spec.containers[0].env.find(({name}) => name === 'KURENTO_DRAIN_TIME').value);
  assert.ok(spec.terminationGracePeriodSeconds > drain + spec.containers[0].lifecycle.preStop.sleep.seconds);
});
