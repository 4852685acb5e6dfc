// Receives webhooks at PORT and verifies each with SECRET. Prints the type of each event. Ends with 0 after COUNT messages, and with 1 at
// the first bad signature.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.SECRET);
let missing = Number(process.env.COUNT);

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }

  try {
    console.log(webhook.verify(Buffer.concat(parts), request.headers).type);
  } catch (error) {
    response.writeHead(400).end(error.message, () => process.exit(1));
    console.error(error.message);
    return;
  }

  missing--;
  response.writeHead(204).end(() => missing === 0 && process.exit(0));
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
