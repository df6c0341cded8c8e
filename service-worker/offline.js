// On the page that stands in for one of the server's: shows it in the person's language, and the real one once there is a
// network. The language is chosen as the app does (`pwa/src/lang.rs`), but for an address that names one.

/** What the person chose, in Moi. */
function chosen(name) {
  try {
    return localStorage.getItem(`vigie.${name}`);
  } catch {
    return null;
  }
}

const asked = new URLSearchParams(location.search).get("lang");
const wishes = [asked, chosen("lang"), ...navigator.languages.map((tag) => tag.split("-")[0])];
const said = [...document.querySelectorAll("[data-title]")];
const own = wishes.map((wish) => said.find(({ lang }) => lang === wish)).find(Boolean) ?? said[0];
for (const one of said) one.hidden = one !== own;
const { lang, dir } = own;
Object.assign(document.documentElement, { lang, dir });
document.title = own.dataset.title;
const theme = chosen("theme");
if (theme) document.documentElement.dataset.theme = theme;

addEventListener("online", () => location.reload());
