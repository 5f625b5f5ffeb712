// One round of nodemailer's pool: node peer_nodemailer.js FOLDER PORT MESSAGES CONNECTIONS SIZE; prints the seconds it took.
const [folder, port, messages, connections, size] = process.argv.slice(2);
const nodemailer = require(`${folder}/node_modules/nodemailer`);
// In its favour: it leaves Nagle's algorithm on, and would wait some 40 ms a message for a delayed acknowledgement.
const { Socket } = require("node:net");
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  return connect.apply(this.setNoDelay(true), args);
};
const line = "Words that are about as long as a line of a letter is, more or less.\n";
const words = line.repeat(Math.round(Number(size) / 4 / line.length));
const calendar = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
  "UID:bench@example.org", "DTSTAMP:20261122T120000Z", "DTSTART:20261212T120000Z", "DTEND:20261212T140000Z",
  "SUMMARY:Bench", "ORGANIZER:mailto:letsconnect@example.org", "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
const pool = nodemailer.createTransport({
  pool: true, host: "127.0.0.1", port: Number(port), maxConnections: Number(connections), maxMessages: Infinity,
  secure: false, ignoreTLS: true,
});
const begin = process.hrtime.bigint();
let next = 0;
async function worker() {
  while (next < Number(messages)) {
    const number = ++next;
    await pool.sendMail({
      from: "Programme <letsconnect@example.org>", to: `Person ${number} <p${number}@example.org>`,
      subject: `Bench, Person ${number}`, text: `Dear Person ${number},\n${words}`,
      html: `<p>Dear Person ${number},</p><p>${words}</p>`, icalEvent: { method: "REQUEST", content: calendar },
    });
  }
}
Promise.all(Array.from({ length: 2 * Number(connections) }, worker)).then(() => {
  console.log(Number(process.hrtime.bigint() - begin) / 1e9);
  pool.close();
});
