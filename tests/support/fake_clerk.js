// A stand-in for clerk-js in the page: objects with getters, cycles and methods that need their `this`.
(() => {
  class Session {
    constructor(name, org) {
      this.id = `sess_${name}`;
      this.status = 'active';
      this.lastActiveOrganizationId = org;
      this.version = 0;
      this.fva = [0, -1];
      this.user = new User(name, this);
    }
    // Not an own property, as in clerk-js: JSON alone would not see it.
    get lastActiveToken() {
      const passing = { exp: 1, nbf: 1, jti: 'x', fva: this.fva, iat: this.version, __raw: 'secret' };
      return { jwt: { claims: { sub: this.user.id, team: 'red', ...passing } } };
    }
    getToken(options) {
      window.Clerk.calls.push(['getToken', this.id, JSON.stringify(options)]);
      const answer = window.Clerk.tokens.shift();
      return answer ? answer() : Promise.resolve(`token-of-${this.id}`);
    }
  }
  // A list as clerk-js gives it: with a cycle, dates, and the name under which it was asked for.
  const listed = (name, of) => (params) => {
    window.Clerk.calls.push([name, JSON.stringify(params)]);
    const item = { id: `${name}_of_${of}`, status: 'pending', createdAt: new Date(0), extra: 'more' };
    item.organization = { id: 'org_a', cycle: item };
    return Promise.resolve({ data: [item], total_count: 11 });
  };
  class User {
    constructor(name, session) {
      this.id = `user_${name}`;
      this.firstName = name;
      this.publicMetadata = { color: 'red' };
      this.sessions = [session];
      this.organizationMemberships = [
        { id: 'orgmem_1', role: 'org:admin', permissions: ['org:notes:read'], organization: { id: 'org_a', name: 'A', slug: 'a' } },
      ];
      this.organizationMemberships[0].organization.getMemberships = listed('getMemberships', name);
      this.getOrganizationInvitations = listed('getOrganizationInvitations', name);
    }
  }
  const flow = (name) => ({
    id: `${name}_1`, status: null, cycle: null,
    // Nothing comes of it: the page is left.
    authenticateWithRedirect(params) {
      window.Clerk.calls.push([`${name}.authenticateWithRedirect`, JSON.stringify(params)]);
      return Promise.resolve();
    },
    create(params) {
      window.Clerk.calls.push([`${name}.create`, JSON.stringify(params)]);
      if (params.password === 'wrong') {
        return Promise.reject(Object.assign(new Error('first'), {
          clerkError: true, status: 422,
          errors: [{ code: 'form_password_incorrect', message: 'm', longMessage: 'Wrong.', meta: { paramName: 'password' } }],
        }));
      }
      Object.assign(this, { status: 'complete', createdSessionId: 'sess_alice', cycle: this });
      window.Clerk.emit();
      return Promise.resolve(this);
    },
  });
  window.makeFakeClerk = (version) => {
    const listeners = new Set();
    const statuses = new Set();
    const clerk = {
      loaded: false, status: 'loading', loads: 0, loadEnds: [], calls: [], tokens: [], hasUi: false,
      session: undefined, user: undefined, organization: undefined, client: undefined,
      get listenerCount() { return listeners.size + statuses.size; },
      emit() { for (const listener of [...listeners]) listener({}); },
      addListener(listener) {
        listeners.add(listener);
        if (clerk.client) listener({});
        return () => listeners.delete(listener);
      },
      on(name, listener) { statuses.add(listener); },
      off(name, listener) { statuses.delete(listener); },
      load(options) {
        clerk.loads += 1;
        clerk.options = options;
        const end = clerk.loadEnds.shift() ?? (() => Promise.resolve());
        return end().then(() => {
          clerk.loaded = true;
          clerk.status = 'ready';
          if (!clerk.client) clerk.become(null);
          for (const listener of [...statuses]) listener('ready');
        });
      },
      become(name, org = null) {
        const session = name ? new Session(name, org) : null;
        clerk.session = session;
        clerk.user = session && session.user;
        clerk.organization = session && org ? session.user.organizationMemberships[0].organization : session && null;
        clerk.client ??= { signIn: flow('signIn'), signUp: flow('signUp'), reload() {
          clerk.calls.push(['reload']);
          if (clerk.onServer) clerk.client.lastActiveSessionId = clerk.onServer;
          return Promise.resolve();
        } };
        clerk.client.sessions = session ? [session] : [];
        clerk.client.lastActiveSessionId = session && session.id;
        if (!session) clerk.organization = null;
        clerk.emit();
      },
      signOut(callback, options) {
        clerk.calls.push(['signOut', typeof callback, JSON.stringify(options)]);
        clerk.session = clerk.user = clerk.organization = undefined;
        clerk.emit();
        return Promise.resolve().then(() => callback()).then(() => clerk.become(null));
      },
      setActive(target) {
        clerk.calls.push(['setActive', JSON.stringify(target)]);
        return Promise.resolve().then(() => clerk.become((target.session ?? 'sess_alice').slice(5), target.organization ?? null));
      },
      mountSignIn(node, props) { clerk.form('mount', () => { node.textContent = `form ${props.theme ?? ''}`; }); },
      unmountSignIn(node) { clerk.form('unmount', () => { node.textContent = ''; }); },
      openSignIn() { clerk.form('open', () => {}); },
      redirectToSignIn(props) { clerk.calls.push(['redirect', JSON.stringify(props)]); return Promise.resolve(); },
      redirectToTasks(props) { clerk.calls.push(['tasks', JSON.stringify(props)]); return Promise.resolve(); },
      handleRedirectCallback(props) { clerk.calls.push(['callback', JSON.stringify(props)]); return Promise.resolve(); },
      form(what, act) {
        if (!clerk.hasUi) throw new Error('Clerk was not loaded with Ui components');
        clerk.calls.push([what]);
        act();
      },
    };
    if (version === 5) {
      delete clerk.status;
      delete clerk.on;
      delete clerk.off;
      Object.defineProperty(clerk, 'status', { get: () => undefined, set: () => {} });
    }
    return clerk;
  };
})();
