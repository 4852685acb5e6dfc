export default {
  workspace: {
    input: 'generated/openapi.json',
    output: { target: 'generated/orval/client.ts', client: 'fetch', baseUrl: { runtime: 'globalThis.apiAddress' } },
  },
};
