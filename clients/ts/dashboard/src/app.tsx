import { MarketingIntelligenceError } from "@marketing-intelligence/sdk";
import { Component, type ReactNode, Suspense, useEffect, useState } from "react";
import { MoonIcon, SunIcon, SystemIcon } from "./components/icons.tsx";
import { Failure, Skeleton } from "./components/states.tsx";
import { getClient } from "./data/client.ts";
import { useLive } from "./data/use_live.ts";
import { pages } from "./pages/index.ts";
import { follow, useAddress } from "./router.ts";
import { SignIn } from "./sign_in.tsx";
import { applyTheme, savedTheme, type Theme } from "./theme.ts";

/** Navigation around the page that the address names. */
export function App() {
  const { pathname } = useAddress();
  const page = pages.find((p) => p.path === pathname) ?? pages[0];
  const [session, setSession] = useState(0);
  const server = useLive(
    `server-${session}`,
    (signal) => getClient().server.info({ signal }),
    10_000,
  );
  useEffect(() => {
    document.title = `${page.title} · Marketing Intelligence`;
  }, [page]);
  const locked =
    server.error instanceof MarketingIntelligenceError && server.error.code === "UNAUTHENTICATED";

  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <header className="sidebar">
        <div className="sidebar-inner">
          <div className="brand">
            <img src="/icon.svg" alt="" />
            <span>
              Marketing
              <br /> Intelligence
            </span>
          </div>
          <nav className="nav" aria-label="Pages">
            {pages.map(({ path, title, icon: Icon }) => (
              <a
                key={path}
                href={path}
                onClick={follow}
                aria-current={path === page.path ? "page" : undefined}
              >
                <Icon />
                {title}
              </a>
            ))}
          </nav>
          <div className="sidebar-foot">
            <ThemeChoice />
          </div>
        </div>
      </header>
      <main id="content" className="page" tabIndex={-1}>
        {locked ? (
          <SignIn done={() => setSession((n) => n + 1)} />
        ) : (
          <PageBoundary key={`${page.path}-${session}`}>
            <Suspense fallback={<Skeleton height="24rem" />}>
              <page.component />
            </Suspense>
          </PageBoundary>
        )}
      </main>
    </div>
  );
}

const themes: readonly { value: Theme; name: string; icon: () => ReactNode }[] = [
  { value: "system", name: "System theme", icon: SystemIcon },
  { value: "light", name: "Light theme", icon: SunIcon },
  { value: "dark", name: "Dark theme", icon: MoonIcon },
];

function ThemeChoice() {
  const [theme, setTheme] = useState(savedTheme);
  return (
    <div className="segmented" role="radiogroup" aria-label="Theme">
      {themes.map(({ value, name, icon: Icon }) => (
        <label key={value} title={name}>
          <input
            className="visually-hidden"
            type="radio"
            name="theme"
            checked={theme === value}
            onChange={() => {
              setTheme(value);
              applyTheme(value);
            }}
          />
          <span className="visually-hidden">{name}</span>
          <Icon />
        </label>
      ))}
    </div>
  );
}

/** Keeps the navigation usable when a page fails. */
class PageBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <Failure error={this.state.error} retry={() => this.setState({ error: undefined })} />;
  }
}
