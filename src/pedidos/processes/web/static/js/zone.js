// Notes the time zone of the browser for the pages of an operator, which the server makes.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
if (zone) document.cookie = `__Host-zone=${encodeURIComponent(zone)}; Path=/; Secure; SameSite=Lax; Max-Age=31536000`
