import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/components.css';
import './login.css';

// Stands alone: the login page may load nothing that asks for a login.
const form = document.querySelector<HTMLFormElement>('#login');
const input = document.querySelector<HTMLInputElement>('#token');
const problem = document.querySelector<HTMLElement>('#problem');

async function logIn(token: string): Promise<string | null> {
  try {
    const response = await fetch('/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (response.ok) return null;
    const answer = (await response.json()) as { message?: unknown };
    return typeof answer.message === 'string' ? answer.message : `the daemon answered ${response.status}`;
  } catch {
    return 'the daemon cannot be reached';
  }
}

/** Only a page of ours: the address may have been made by somebody else. */
function nextPage(): string {
  const asked = new URL(location.href).searchParams.get('next') ?? '/';
  if (!URL.canParse(asked, location.origin)) return '/';
  const next = new URL(asked, location.origin);
  // The whole address, for a path may begin with two slashes.
  return next.origin === location.origin ? next.href : '/';
}

input?.focus();
form?.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!input || !problem) return;
  problem.textContent = '';
  void logIn(input.value.trim()).then((refusal) => {
    if (refusal === null) {
      location.assign(nextPage());
      return;
    }
    problem.textContent = refusal;
    input.select();
  });
});
