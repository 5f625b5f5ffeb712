// A Bot API server that is not ours (npm telegram-test-api), behind a thin shim for what it lacks: `is_bot` in getMe,
// dates in seconds, long polling, and `true` after answerCallbackQuery. It knows neither sendDocument nor refusals.
//
// Prints {"port": N}, then takes lines of JSON on standard input and answers each with one line: people who write and
// press through the package's own client, and the history of what everybody said. Ends when standard input closes.
import http from "node:http";
import readline from "node:readline";
import TelegramServer from "telegram-test-api";

const [token] = process.argv.slice(2);
const free = () => new Promise((resolve) => {
  const probe = http.createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

const api = new TelegramServer({ host: "127.0.0.1", port: await free() });
await api.start();

const shim = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const method = request.url.split("/").pop();
  const wait = method === "getUpdates" ? Number(new URLSearchParams(body.toString()).get("timeout") ?? 0) : 0;
  const end = Date.now() + wait * 1000;
  let status, answer;
  for (;;) {
    const headers = { "content-type": request.headers["content-type"] ?? "application/json" };
    const asked = await fetch(api.config.apiURL + request.url, { method: "POST", headers, body });
    status = asked.status;
    answer = await asked.json();
    if (method !== "getUpdates" || answer.result?.length || Date.now() >= end || response.destroyed) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (method === "getMe" && answer.result) answer.result.is_bot = true;
  if (method === "answerCallbackQuery") answer.result = true;
  if (answer.result?.date) answer.result.date = Math.floor(answer.result.date / 1000);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
});
await new Promise((resolve) => shim.listen(0, "127.0.0.1", resolve));
console.log(JSON.stringify({ port: shim.address().port }));

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { act, user, text } = JSON.parse(line);
  const client = api.getClient(token, { userId: user, chatId: user, firstName: "Somebody" });
  if (act === "command") await client.sendCommand(client.makeCommand(text));
  if (act === "message") await client.sendMessage(client.makeMessage(text));
  if (act === "press") await client.sendCallback(client.makeCallbackQuery(text));
  const history = act === "history" ? await client.getUpdatesHistory() : [];
  console.log(JSON.stringify(history));
}
process.exit(0);
