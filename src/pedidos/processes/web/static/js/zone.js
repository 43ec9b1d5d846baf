// Notes the time zone of the browser: the server makes the pages, and their times.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
if (zone) document.cookie = `__Host-zone=${encodeURIComponent(zone)}; Path=/; Secure; SameSite=Lax; Max-Age=31536000`
