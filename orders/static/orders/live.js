// Countdowns that run: <time datetime data-countdown data-left="%(time)s left" data-late="%(time)s late">.
(() => {
  const SOON = 24 * 3600;

  const words = (seconds) => {
    const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
    const minutes = Math.floor(seconds / 60) % 60, rest = Math.floor(seconds) % 60;
    if (days) return `${days} d ${hours} h`;
    if (hours) return `${hours} h ${minutes} min`;
    return seconds < 3600 && minutes < 60 ? `${minutes} min ${String(rest).padStart(2, "0")} s` : `${minutes} min`;
  };

  const show = (time) => {
    const left = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const text = (left < 0 ? time.dataset.late : time.dataset.left).replace("%(time)s", words(Math.abs(left)));
    if (time.textContent !== text) time.textContent = text;
    time.classList.toggle("dsp-bad", left < 0);
    time.classList.toggle("dsp-warning", left >= 0 && left < SOON);
    time.classList.toggle("dsp-quiet", left >= SOON);
  };

  const showAll = () => document.querySelectorAll("time[data-countdown]").forEach(show);
  showAll();
  setInterval(showAll, 1000);
})();
