// Where the click on the page before still counts, this saves another.
location.replace(document.querySelector("a.button").href);
