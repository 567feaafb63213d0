// Ready to be copied.
document.getElementById("code")?.select();
