// After a form came back with errors, start at their summary.
document.querySelector(".error-summary")?.focus();
