// Lints the OpenAPI document of a running service, generates clients from it, compiles them strictly and runs a program with each.
// The service is at API (default: http://localhost:5080). KEY is the token of an admin's API key, if the service needs one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

const api = process.env.API ?? 'http://localhost:5080';
const documents = { 'openapi.json': 'v1', 'openapi-without-aliases.json': 'v1-without-aliases' };

rmSync('generated', { recursive: true, force: true });
mkdirSync('generated');
for (const [file, name] of Object.entries(documents)) {
  const answer = await fetch(`${api}/swagger/${name}/swagger.json`);
  if (!answer.ok) {
    throw new Error(`${answer.url} answered ${answer.status}`);
  }

  writeFileSync(`generated/${file}`, await answer.text());
  run('spectral', 'lint', '--ruleset', 'spectral.yaml', '--fail-severity', 'hint', `generated/${file}`);
  run('redocly', 'lint', `generated/${file}`);
}

run('openapi-ts', '--input', './generated/openapi.json', '--output', 'generated/hey-api', '--client', '@hey-api/client-fetch');
run('openapi-typescript', 'generated/openapi.json', '--output', 'generated/openapi-fetch/schema.d.ts');
run('orval', '--config', 'orval.config.js');
run('swagger-typescript-api', 'generate', '--path', 'generated/openapi.json', '--output', 'generated/swagger-typescript-api');
run('tsc', '--project', '.');
for (const program of readdirSync('life').filter((file) => file !== 'expect.ts')) {
  run('tsx', `life/${program}`);
}

function run(command, ...options) {
  console.log(`\n> ${command} ${options.join(' ')}`);
  execFileSync(`node_modules/.bin/${command}`, options, { stdio: 'inherit', env: { ...process.env, API: api, REDOCLY_TELEMETRY: 'off' } });
}
