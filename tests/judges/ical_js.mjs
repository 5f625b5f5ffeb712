// Reads a calendar on standard input with ical.js and prints what it understood as one JSON document.
// Exit 0 with {"ok": false, "error": ...} when ical.js refuses it.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const values = (component, name) => component.getAllProperties(name).map((p) => p.getFirstValue());

function address(property) {
  const params = {};
  for (const key of Object.keys(property.toJSON()[1])) params[key.toUpperCase()] = property.getParameter(key);
  return { value: property.getFirstValue(), params };
}

function judge(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zones = new Set(calendar.getAllSubcomponents("vtimezone").map((zone) => zone.getFirstPropertyValue("tzid")));
  for (const event of calendar.getAllSubcomponents("vevent"))
    for (const property of event.getAllProperties()) {
      const tzid = property.getParameter("tzid"); // ical.js quietly makes these floating
      if (tzid && !zones.has(tzid)) throw new Error(`${property.name} has a TZID without VTIMEZONE`);
    }
  const events = calendar.getAllSubcomponents("vevent").map((event) => ({
    uid: values(event, "uid"),
    sequence: values(event, "sequence"),
    dtstamp: values(event, "dtstamp").map((t) => t.toICALString()),
    dtstart: values(event, "dtstart").map((t) => t.toICALString()),
    dtend: values(event, "dtend").map((t) => t.toICALString()),
    status: values(event, "status"),
    summary: values(event, "summary"),
    description: values(event, "description"),
    location: values(event, "location"),
    url: values(event, "url"),
    organizer: event.getAllProperties("organizer").map(address),
    attendee: event.getAllProperties("attendee").map(address),
  }));
  return { ok: true, component: calendar.name.toUpperCase(), method: values(calendar, "method"), events };
}

let verdict;
try {
  verdict = judge(readFileSync(0, "utf8"));
} catch (error) {
  verdict = { ok: false, error: String(error) };
}
console.log(JSON.stringify(verdict));
