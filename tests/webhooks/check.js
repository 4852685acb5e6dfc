// Creates a webhook in a running service, changes the directory, and lets receiver.js verify the messages. The service is at API (default:
// http://localhost:5080) and must allow 127.0.0.1 in Webhooks__AllowedNetworks. KEY is the token of an admin's API key, if the service
// needs one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

const api = process.env.API ?? 'http://localhost:5080';
const port = 5090;
const url = `http://127.0.0.1:${port}/hook`;

const webhook = await call('POST', '/webhook', { url, types: ['user.created', 'user.deleted'] });
try {
  const receiver = await receive(webhook.secret, 2);
  const user = await call('POST', '/user', { first_name: 'Zoë' });
  await call('DELETE', `/user/${user.id}`);
  await expectEnd(receiver, 0);
} finally {
  await call('DELETE', `/webhook/${webhook.id}`);
}

// The receiver notices a changed message.
const strict = await receive(webhook.secret, 1);
const [id, now] = ['1', new Date()];
const signature = new Webhook(webhook.secret).sign(id, now, '{"type":"signed"}');
await fetch(url, {
  method: 'POST',
  headers: { 'webhook-id': id, 'webhook-timestamp': `${Math.floor(now / 1000)}`, 'webhook-signature': signature },
  body: '{"type":"changed"}',
});
await expectEnd(strict, 1);

async function call(method, path, body) {
  const headers = { 'content-type': 'application/json', ...(process.env.KEY && { authorization: `Bearer ${process.env.KEY}` }) };
  const answer = await fetch(`${api}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  }

  return text && JSON.parse(text);
}

async function receive(secret, count) {
  const receiver = spawn(process.execPath, ['receiver.js'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: port, SECRET: secret, COUNT: count },
  });
  receiver.ended = once(receiver, 'exit');
  await once(receiver.stdout, 'data');
  receiver.stdout.pipe(process.stdout);
  return receiver;
}

async function expectEnd(receiver, expected) {
  const [code] = await Promise.race([receiver.ended, wait(30_000, [undefined], { ref: false })]);
  receiver.kill();
  if (code !== expected) {
    throw new Error(`The receiver ended with ${code}. Expected ${expected}.`);
  }
}
